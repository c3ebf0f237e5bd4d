namespace BatchLLM.Preflight;

/// <summary>What positions cost, fitted to steps that mix both kinds, as the scheduler does.</summary>
/// <param name="PromptSeconds">Seconds a prompt position; 0 if no step says.</param>
/// <param name="DecodeSeconds">Seconds a position of a generated token; 0 if no step says.</param>
public readonly record struct StepCosts(double PromptSeconds, double DecodeSeconds)
{
    /// <summary>Fits by least squares; neither cost may be negative.</summary>
    public static StepCosts Fit(ReadOnlySpan<StepTiming> steps)
    {
        var (pp, pd, dd, ps, ds) = (0.0, 0.0, 0.0, 0.0, 0.0);
        foreach (var (prompt, decode, seconds, _) in steps)
        {
            pp += (double)prompt * prompt;
            pd += (double)prompt * decode;
            dd += (double)decode * decode;
            ps += prompt * seconds;
            ds += decode * seconds;
        }

        // Steps of one mix cannot be told apart; then a position of either kind costs the same.
        var determinant = (pp * dd) - (pd * pd);
        if (determinant <= 1e-6 * pp * dd)
        {
            return pp == 0 || dd == 0 ? Alone(pp, ps, dd, ds) : Same(pp, pd, dd, ps, ds);
        }

        var (p, d) = (((ps * dd) - (ds * pd)) / determinant, ((ds * pp) - (ps * pd)) / determinant);
        return p >= 0 && d >= 0 ? new StepCosts(p, d) : p < 0 ? new StepCosts(0, ds / dd) : new StepCosts(ps / pp, 0);
    }

    private static StepCosts Alone(double pp, double ps, double dd, double ds) =>
        new(pp == 0 ? 0 : ps / pp, dd == 0 ? 0 : ds / dd);

    private static StepCosts Same(double pp, double pd, double dd, double ps, double ds)
    {
        var cost = (ps + ds) / (pp + (2 * pd) + dd);
        return new StepCosts(cost, cost);
    }
}
