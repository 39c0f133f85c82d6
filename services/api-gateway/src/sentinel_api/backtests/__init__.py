"""Back-tests: what a rule would have raised on the archived detections of a camera."""
