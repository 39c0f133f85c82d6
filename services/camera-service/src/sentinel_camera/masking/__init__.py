"""Privacy masks: burned into decoded pictures before anybody gets to see them."""
