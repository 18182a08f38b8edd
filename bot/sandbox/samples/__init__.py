"""Writers of sample packages: real formats, with synthetic names, keys and device ids."""
