namespace BatchLLM.Preflight;

/// <summary>What positions cost, fitted to steps that mix both kinds, as the scheduler does.</summary>
/// <param name="PromptSeconds">Seconds a prompt position; 0 without steps.</param>
/// <param name="DecodeSeconds">Seconds a position of a generated token; 0 if no step had one.</param>
public readonly record struct StepCosts(double PromptSeconds, double DecodeSeconds)
{
    /// <summary>
    /// Fits by least squares: so much for every position, and so much more for one of a generated token, never less. Both
    /// take the same layers, and the latter its logits too; without that bound, steps of nearly one mix say anything.
    /// </summary>
    public static StepCosts Fit(ReadOnlySpan<StepTiming> steps)
    {
        var (aa, ad, dd, at, dt) = (0.0, 0.0, 0.0, 0.0, 0.0); // sums of products of all positions, decode positions, time
        foreach (var (prompt, decode, seconds, _) in steps)
        {
            var all = (double)prompt + decode;
            aa += all * all;
            ad += all * decode;
            dd += (double)decode * decode;
            at += all * seconds;
            dt += decode * seconds;
        }

        var same = aa > 0 ? at / aa : 0;
        if (dd == 0)
        {
            return new StepCosts(same, 0);
        }

        var determinant = (aa * dd) - (ad * ad);
        var (each, more) = (((at * dd) - (dt * ad)) / determinant, ((dt * aa) - (at * ad)) / determinant);
        return determinant > 0 && each > 0 && more > 0 ? new StepCosts(each, each + more) : new StepCosts(same, same);
    }
}
