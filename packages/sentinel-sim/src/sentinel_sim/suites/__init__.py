"""Suites that score the product: rules on the synthetic city and on real clips, tracker, detector."""
