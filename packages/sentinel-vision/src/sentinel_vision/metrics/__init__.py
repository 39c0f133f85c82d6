"""How right detections, tracks and incidents are, measured against truth."""
