"""What the product needs from the outside, as small protocols. Each has one contract suite in `testing`."""
