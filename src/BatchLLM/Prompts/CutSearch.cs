namespace BatchLLM.Prompts;

/// <summary>
/// Brackets the largest number of kept units that fits: regula falsi with the Illinois rule, which halves an end's weight
/// when it has stayed twice, so that uneven text cannot pin it (Dowell and Jarratt 1971).
/// </summary>
/// <param name="length">Units of the whole text, which does not fit.</param>
/// <param name="frame">Tokens of the prompt without it, which fits.</param>
/// <param name="tokens">Tokens of the prompt with all of it.</param>
/// <param name="room">Most tokens.</param>
internal sealed class CutSearch(int length, int frame, int tokens, int room)
{
    private int _fits;
    private int _over = length;

    // Distances from the middle of the last token's text; both are positive, so a guess lies between the ends.
    private double _below = room - 0.5 - frame;
    private double _above = tokens - room + 0.5;
    private bool? _lastFitted;

    /// <summary>True when one more unit does not fit.</summary>
    public bool IsOver => _over - _fits <= 1;

    /// <summary>Where the straight line between the ends meets the room.</summary>
    public int Guess()
    {
        var step = (_over - _fits) * (_below / (_below + _above));
        return Math.Clamp(_fits + (int)step, _fits + 1, _over - 1);
    }

    /// <summary>Half way between the ends.</summary>
    public int Middle() => _fits + ((_over - _fits) / 2);

    /// <summary>Moves an end to what was tried.</summary>
    /// <param name="keep">Units kept; between the ends.</param>
    /// <param name="found">Tokens they made.</param>
    public void Record(int keep, int found)
    {
        var fitted = found <= room;
        var weight = fitted == _lastFitted ? 0.5 : 1;
        _lastFitted = fitted;
        if (fitted)
        {
            (_fits, _below, _above) = (keep, room - 0.5 - found, _above * weight);
        }
        else
        {
            (_over, _above, _below) = (keep, (double)found - room + 0.5, _below * weight);
        }
    }
}
