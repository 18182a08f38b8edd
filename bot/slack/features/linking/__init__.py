"""Making releases of links to builds that lie elsewhere."""
