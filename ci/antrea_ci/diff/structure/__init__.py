"""Two values compared as what they are: mappings by key, lists by their natural key, texts by the form they hold."""
