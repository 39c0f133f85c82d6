"""The same object over frames: an own two-stage tracker."""
