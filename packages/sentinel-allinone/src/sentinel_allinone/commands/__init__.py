"""The commands of `sentinel`, a module each."""
