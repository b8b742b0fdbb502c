"""What every chart uses: style, layout, caption, wording, rows, tiles and outlines."""
