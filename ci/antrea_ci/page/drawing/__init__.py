"""Pictures as SVG: shapes and their places; colours are in style.css."""
