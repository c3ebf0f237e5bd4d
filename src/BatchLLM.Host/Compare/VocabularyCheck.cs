using BatchLLM.Host.Jobs;

namespace BatchLLM.Host.Compare;

/// <summary>Refuses two models whose token ids do not mean the same.</summary>
internal static class VocabularyCheck
{
    /// <summary>Compares sizes, and the bytes of every token.</summary>
    /// <exception cref="BatchLLMException">The vocabularies differ; the message says where.</exception>
    public static void RequireSame(LoadedModel a, LoadedModel b)
    {
        var difference = Difference(a, b);
        if (difference is not null)
        {
            throw new BatchLLMException(
                $"{a.Path} and {b.Path} have different vocabularies: {difference}. " +
                "Only models of the same tokenizer can be compared token by token.");
        }
    }

    private static string? Difference(LoadedModel a, LoadedModel b)
    {
        if (a.VocabularySize != b.VocabularySize)
        {
            return $"the first model's logits are for {a.VocabularySize} tokens, the second's for {b.VocabularySize}";
        }

        var (ofA, ofB) = (a.Tokenizer, b.Tokenizer);
        if (ofA.VocabularySize != ofB.VocabularySize)
        {
            return $"the first tokenizer has {ofA.VocabularySize} tokens, the second {ofB.VocabularySize}";
        }

        for (var id = 0; id < ofA.VocabularySize; id++)
        {
            if (!ofA.GetBytes(id).SequenceEqual(ofB.GetBytes(id)))
            {
                return $"token {id} stands for different bytes";
            }
        }

        return null;
    }
}
