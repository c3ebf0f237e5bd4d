using BatchLLM.Planning;

namespace BatchLLM.Preflight;

/// <summary>Adds up what the rows of each window share.</summary>
/// <param name="blockTokens">Positions per KV block.</param>
public sealed class SharingTally(int blockTokens)
{
    private readonly List<int[]> _window = [];
    private int[]? _common; // the tokens that all prompts so far begin with

    /// <summary>Windows counted.</summary>
    public int Windows { get; private set; }

    /// <summary>Most ready rows in one.</summary>
    public int WindowRows { get; private set; }

    /// <summary>Prompt tokens that planning can save at most.</summary>
    public long Tokens { get; private set; }

    /// <summary>The part of them that fills whole KV blocks.</summary>
    public long BlockTokens { get; private set; }

    /// <summary>Tokens that the prompts of all rows begin with.</summary>
    public int Common => _common?.Length ?? 0;

    /// <summary>Adds a prompt to the window.</summary>
    public void Add(int[] prompt) => _window.Add(prompt);

    /// <summary>Counts the window and begins the next.</summary>
    public void EndWindow()
    {
        if (_window.Count == 0)
        {
            return;
        }

        var sharing = PrefixSharing.Count(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_window), blockTokens);
        Windows++;
        WindowRows = Math.Max(WindowRows, _window.Count);
        Tokens += sharing.Tokens;
        BlockTokens += sharing.BlockTokens;
        var own = _window[0].AsSpan(0, sharing.Common);
        _common = _common is null ? own.ToArray() : _common[..own.CommonPrefixLength(_common)];
        _window.Clear();
    }
}
