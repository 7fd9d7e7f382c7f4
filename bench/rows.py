# SPDX-License-Identifier: MIT
"""rows.py - all that tools/bench measures, in the order of the table."""
import rows_codec
import rows_file
import rows_graph
import rows_road
import rows_swap

WORKS = sorted(rows_road.WORKS + rows_swap.WORKS + rows_codec.WORKS + rows_graph.WORKS + rows_file.WORKS,
               key=lambda w: w.row)
