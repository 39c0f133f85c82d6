"""From a picture to boxes: letterbox, model head, non-maximum suppression, engines."""
