using BatchLLM.Host.Commands;

namespace BatchLLM.Host.Bench;

/// <summary>Makes combinations of what a command line lists, and refuses those that cannot be run.</summary>
internal static class BenchCheck
{
    /// <summary>Every prompt length with every output length and every batch size.</summary>
    /// <param name="prompts">Tokens of a prompt.</param>
    /// <param name="outputs">Tokens to generate.</param>
    /// <param name="batches">Sequences.</param>
    /// <param name="shared">Tokens that a group's prompts begin with; 0 for none.</param>
    /// <param name="members">Sequences of a group; null for all.</param>
    /// <param name="contextLength">Most positions of a sequence.</param>
    /// <exception cref="UsageException">A number is out of its range; the message says which.</exception>
    public static IReadOnlyList<BenchCombination> Combinations(
        IReadOnlyList<int> prompts, IReadOnlyList<int> outputs, IReadOnlyList<int> batches, int shared, int? members, int contextLength)
    {
        CheckSharing(prompts, shared, members);
        CheckContext(prompts.Max(), outputs.Max(), contextLength);
        return
        [
            .. from prompt in prompts
               from output in outputs
               from batch in batches
               select new BenchCombination(prompt, output, batch, shared, members ?? batch),
        ];
    }

    private static void CheckSharing(IReadOnlyList<int> prompts, int shared, int? members)
    {
        if (shared < 0 || shared >= prompts.Min())
        {
            throw new UsageException(
                $"--shared {shared}: expected 0 to {prompts.Min() - 1}, because a prompt of {prompts.Min()} tokens has one of its own.");
        }

        if (members < 1)
        {
            throw new UsageException($"--group {members}: expected 1 or more.");
        }

        if (members is not null && shared == 0)
        {
            throw new UsageException($"--group {members}: expected --shared with the tokens that a group's prompts begin with.");
        }
    }

    private static void CheckContext(int prompt, int output, int contextLength)
    {
        if ((long)prompt + output > contextLength)
        {
            throw new UsageException(
                $"--prompt {prompt} and --output {output} are {(long)prompt + output} positions; the shape's context has {contextLength}. " +
                "Choose shorter ones.");
        }
    }
}
