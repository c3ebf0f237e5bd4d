using System.Globalization;
using BatchLLM.Planning;
using BatchLLM.Rows;
using BatchLLM.Tokens;

namespace BatchLLM.Inference;

/// <summary>When a completion ends, and what it then is.</summary>
/// <param name="tokenizer">Turns ids into text.</param>
/// <param name="stopTokens">Ids that end any completion; they are not part of it.</param>
/// <param name="vocabularySize">Ids are below this.</param>
internal sealed class FinishRules(ITokenizer tokenizer, IReadOnlySet<int> stopTokens, int vocabularySize)
{
    private readonly Dictionary<Sequence, StopSearch> _searches = []; // only rows with stop strings

    /// <summary>Gives a sequence the token that it is due; returns its result if that ends it, or null.</summary>
    public Generation? Accept(Sequence sequence, int token)
    {
        var result = Decide(sequence, token);
        if (result is not null)
        {
            _searches.Remove(sequence);
        }

        return result;
    }

    /// <summary>Lets go of a sequence that gets no further token.</summary>
    public void Forget(Sequence sequence) => _searches.Remove(sequence);

    private Generation? Decide(Sequence sequence, int token)
    {
        if ((uint)token >= (uint)vocabularySize)
        {
            return Generation.Failed(sequence.Request.Index, NoToken(sequence.Generated.Length));
        }

        if (stopTokens.Contains(token))
        {
            return Finish(sequence, Decode(sequence), sequence.Generated.Length + 1, FinishReason.Stop);
        }

        sequence.Append(token);
        if (Search(sequence)?.Append(token) is { } text)
        {
            return Finish(sequence, text, sequence.Generated.Length, FinishReason.Stop);
        }

        return sequence.Generated.Length < sequence.MaxTokens
            ? null
            : Finish(sequence, Decode(sequence), sequence.Generated.Length, FinishReason.Length);
    }

    private StopSearch? Search(Sequence sequence)
    {
        var stops = sequence.Request.Sampling.Stop;
        if (stops.Count > 0 && !_searches.ContainsKey(sequence))
        {
            _searches.Add(sequence, new StopSearch(new IncrementalDecoder(tokenizer, sequence.Request.ContinuesText), stops));
        }

        return _searches.GetValueOrDefault(sequence);
    }

    private string Decode(Sequence sequence) => sequence.Request.ContinuesText
        ? tokenizer.DecodeContinuation(sequence.Generated)
        : tokenizer.Decode(sequence.Generated);

    private static Generation Finish(Sequence sequence, string text, int completionTokens, FinishReason reason) =>
        new(sequence.Request.Index, text, sequence.Generated.ToArray(), completionTokens, reason, Error: null);

    private static RowError NoToken(int generated) => new(
        RowErrorCodes.EngineError,
        string.Create(
            CultureInfo.InvariantCulture,
            $"the model gave no valid token after {generated} generated ones; its logits were not all finite"));
}
