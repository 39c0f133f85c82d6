"""Where pictures come from: files, folders of images, RTSP cameras; what can go wrong there."""
