"""The synthetic city as pictures: cut-outs of real actors on real streets."""
