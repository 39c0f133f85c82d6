"""What tests of every member share: a clock set by hand, builders, one contract suite per port."""
