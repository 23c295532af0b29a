"""Generated stories: what has to hold at every stage of any flow, told of this one."""
