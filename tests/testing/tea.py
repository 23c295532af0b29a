"""A flow of tea, and stories about it: what coverage and mutation are shown with."""

FLOW = """\
flow: tea
start: order
stages:
  order:
    collect:
      kind: {type: text, ask: "Which tea?", min_words: 1, max_words: 3}
      milk: {type: yesno, ask: "Milk?", optional: true}
    next:
      - to: brew
        when: >-
          has(kind)
          and (has(milk) or declined(milk))
  brew:
    collect:
      minutes: {type: number, ask: "How long?", depends_on: [kind], max_asks: 2}
    next:
      - {to: order, when: "minutes < 3", forget: [kind, minutes]}
      - {to: done, when: "minutes >= 3"}
  done: {final: true}
  paused: {}
anywhere:
  - {trigger: pause, to: paused}
  - {trigger: resume, from: paused, to: $history}
"""
STORIES = """\
flow: FLOW
---
story: a cup
turns:
  - user: green
    heard: [{set: {kind: green}}]
    expect: {stage: order, asks: milk}
  - user: "no"
    heard: [{set: {milk: false}}]
    expect: {moves: [order -> brew]}
  - user: "3"
    heard: [{set: {minutes: 3}}]
    expect: {moves: [brew -> done], events: [completed]}
---
story: too short
turns:
  - user: green, no milk, 2 minutes
    heard: [{set: {kind: green}}, {decline: milk}, {set: {minutes: 2}}]
    expect: {moves: [order -> brew, brew -> order], asks: kind, answers: {kind: {absent: true}}}
"""
