// Nothing: the shared library is the static one, whole.
