"""The planner: proposes a rota for a period, and says what cannot be met and why. `plan.py` is the way in.

request → problem → a solver (`solver.py`) or the baseline (`greedy.py`) → proposal → comparison, which a lead accepts whole
or in parts; it never publishes. OR-tools is needed by `model.py` alone, and only when it runs (the extra `plan`).
"""
