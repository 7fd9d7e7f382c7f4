# SPDX-License-Identifier: MIT
"""plots.py - the results as one page of bars, drawn with nothing but this file."""
import html

from figures import OURS, number, target_words

WIDTH, LABEL, BAR, GAP = 860, 250, 18, 6
COLOURS = {'ours': '#2b6cb0', 'peer': '#a0aec0', 'floor': '#e2c97e'}
STYLE = ('body{font:14px sans-serif;max-width:900px;margin:2em auto;color:#222}h2{font-size:15px;margin:1.6em 0 .2em}'
         'p{margin:.2em 0;color:#666;font-size:12px}svg text{font:12px sans-serif;fill:#222}')


def bar(y, side, kind, value, span, most):
    """One side: its name, a bar from 0 to the median, a line from least to most, the number."""
    scale = (WIDTH - LABEL - 110) / most
    low, high = (LABEL + v * scale for v in span)
    end = LABEL + value * scale
    mid = y + BAR / 2
    return (f'<text x="{LABEL - 8}" y="{mid + 4}" text-anchor="end">{html.escape(side)}</text>'
            f'<rect x="{LABEL}" y="{y}" width="{max(end - LABEL, 1):.1f}" height="{BAR}" fill="{COLOURS[kind]}"/>'
            f'<line x1="{low:.1f}" y1="{mid}" x2="{high:.1f}" y2="{mid}" stroke="#222"/>'
            f'<text x="{max(end, high) + 6:.1f}" y="{mid + 4}">{number(value)}</text>')


def plot(said):
    sides = [(OURS, 'ours', said['ours'])]
    sides += [(side, 'peer', value) for side, value in said['peers'].items()]
    sides += [(side, 'floor', value) for side, value in said['floor'].items()]
    target = said['target']
    most = max([high for _, high in said['range'].values()] + ([target] if target else [])) or 1
    height = len(sides) * (BAR + GAP) + 4
    body = ''.join(bar(2 + i * (BAR + GAP), side, kind, value, said['range'][side], most)
                   for i, (side, kind, value) in enumerate(sides))
    if target is not None:
        x = LABEL + target * (WIDTH - LABEL - 110) / most
        body += f'<line x1="{x:.1f}" y1="0" x2="{x:.1f}" y2="{height}" stroke="#c53030" stroke-dasharray="4 3"/>'
    return f'<svg width="{WIDTH}" height="{height}" role="img">{body}</svg>'


def page(head, all_said):
    parts = ['<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>regraft, measured</title>',
             f'<style>{STYLE}</style></head><body><h1>regraft beside the others</h1><p>{html.escape(head)}</p>',
             '<p>Bars are medians, thin lines go from the least to the most, the dashed line is the target.</p>']
    for said in all_said:
        words = target_words(said)
        verdict = {None: '', True: ', reached', False: ', not reached'}[said['reached']]
        parts.append(f'<h2>{said["row"]}. {html.escape(said["title"])}, {said["unit"]}</h2>')
        parts.append(plot(said))
        ratio = f'ours to the best peer: {number(said["ratio"])}. ' if said['ratio'] else ''
        aim = f'Target {html.escape(words)}{verdict}. ' if words else ''
        parts.append(f'<p>{ratio}{aim}Unfair: {html.escape(said["unfair"])}.</p>')
    return ''.join(parts) + '</body></html>\n'
