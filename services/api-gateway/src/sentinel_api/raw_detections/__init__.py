"""Every inferred frame from the bus into the archive of raw detections."""
