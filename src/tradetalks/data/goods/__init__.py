"""Critical goods: their data files, and the split of a world that makes them sectors."""
