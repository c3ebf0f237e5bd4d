using BatchLLM.Inference;
using BatchLLM.Planning;

namespace BatchLLM.Preflight;

/// <summary>Adds up what the rows of each window share, and what the plan of each window will make of it.</summary>
/// <param name="limits">Sizes of the runner that the job will have.</param>
public sealed class SharingTally(RunnerLimits limits)
{
    private readonly List<InferenceRequest> _window = [];
    private int[]? _common; // the tokens that all prompts so far begin with

    /// <summary>Positions per KV block.</summary>
    public int BlockSize => limits.KvBlockTokens;

    /// <summary>Windows counted.</summary>
    public int Windows { get; private set; }

    /// <summary>Most ready rows in one.</summary>
    public int WindowRows { get; private set; }

    /// <summary>Prompt tokens that planning can save at most.</summary>
    public long Tokens { get; private set; }

    /// <summary>The part of them that fills whole KV blocks.</summary>
    public long BlockTokens { get; private set; }

    /// <summary>Prompt tokens that the windows' plans will save.</summary>
    public long PlannedTokens { get; private set; }

    /// <summary>Rows that will get a copy of an identical row's answer.</summary>
    public long CopiedRows { get; private set; }

    /// <summary>Tokens that the prompts of all rows begin with.</summary>
    public int Common => _common?.Length ?? 0;

    /// <summary>Adds a row to the window.</summary>
    /// <param name="rowKey">Identity of the row in the job.</param>
    /// <param name="prompt">Its tokens.</param>
    /// <param name="sampling">How its tokens are chosen.</param>
    /// <param name="continuesText">True if the completion goes on with the prompt's own text.</param>
    public void Add(ulong rowKey, int[] prompt, SamplingParameters sampling, bool continuesText) =>
        _window.Add(new InferenceRequest(_window.Count, rowKey, prompt, sampling) { ContinuesText = continuesText });

    /// <summary>Counts the window and begins the next.</summary>
    public void EndWindow()
    {
        if (_window.Count == 0)
        {
            return;
        }

        var prompts = _window.Select(row => row.PromptTokens).ToArray();
        var sharing = PrefixSharing.Count(prompts, limits.KvBlockTokens);
        var forecast = WindowForecast.Of(_window, limits);
        Windows++;
        WindowRows = Math.Max(WindowRows, _window.Count);
        Tokens += sharing.Tokens;
        BlockTokens += sharing.BlockTokens;
        PlannedTokens += forecast.SharedPromptTokens;
        CopiedRows += forecast.Copies;
        var own = prompts[0].AsSpan(0, sharing.Common);
        _common = _common is null ? own.ToArray() : _common[..own.CommonPrefixLength(_common)];
        _window.Clear();
    }
}
