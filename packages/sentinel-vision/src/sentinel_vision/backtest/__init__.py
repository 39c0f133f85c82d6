"""What a rule would have raised: archived detections through the rules with other parameters."""
