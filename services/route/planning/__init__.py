"""The planner: proposes a rota for a period, and says what cannot be met and why. It never publishes. `plan.py` is the way in.

request → problem → a solver (`cp_model.py`) or the baseline (`greedy.py`) → proposal → comparison, which a lead accepts
whole or in parts. OR-tools is needed by `cp_model.py` alone, and only when it runs (the extra `plan`).
"""
