namespace BatchLLM.Benchmarks.Workloads;

/// <summary>
/// The kinds of batch job that the planner is judged by, each a window of a size that a worker holds at once. Lengths are
/// plausible, not measured; the same seed gives the same rows.
/// </summary>
/// <param name="seed">Of everything that is left to chance.</param>
/// <param name="scale">Multiplies the rows: 1 for about as many as the product's window of 4,096, 4 for the largest sensible.</param>
internal sealed class WorkloadSet(int seed, int scale = 1)
{
    /// <summary>All of them, each made when it is reached: together they are 200 MB and more.</summary>
    public IEnumerable<Workload> All => new Func<Workload>[]
    {
        SystemPrompt,
        FewShot,
        () => Questions(isShuffled: false),
        () => Questions(isShuffled: true),
        UniqueDocuments,
        MixedLengths,
        LongTail,
        Condensing,
    }.Select(make => make());

    /// <summary>4,000 rows behind one system prompt of 1,000 tokens: tickets, reviews.</summary>
    private Workload SystemPrompt()
    {
        var builder = new WorkloadBuilder(seed);
        var system = builder.Tokens(1_000);
        for (var row = 0; row < 4_000 * scale; row++)
        {
            var own = builder.Tokens(builder.Random.Next(50, 151));
            builder.Add([.. system, .. own], maxTokens: 256, Lengths.LogNormal(builder.Random, median: 50, sigma: 0.6));
        }

        return builder.Build("system prompt");
    }

    /// <summary>Four tasks with a template of examples each, behind one system prompt: classification, short own part and answer.</summary>
    private Workload FewShot()
    {
        var builder = new WorkloadBuilder(seed);
        var system = builder.Tokens(200);
        var templates = Enumerable.Range(0, 4).Select(_ => builder.Tokens(builder.Random.Next(1_500, 3_001))).ToArray();
        for (var row = 0; row < 6_000 * scale; row++)
        {
            var own = builder.Tokens(builder.Random.Next(20, 61));
            builder.Add([.. system, .. templates[row % 4], .. own], maxTokens: 32, builder.Random.Next(2, 13));
        }

        return builder.BuildShuffled("few-shot");
    }

    /// <summary>16 questions to each of 256 documents. In the documents' order an LRU cache does well; shuffled it cannot.</summary>
    private Workload Questions(bool isShuffled)
    {
        var builder = new WorkloadBuilder(seed);
        for (var document = 0; document < 256 * scale; document++)
        {
            AddQuestions(builder, builder.Tokens(builder.Random.Next(1_500, 4_001)));
        }

        return isShuffled ? builder.BuildShuffled("questions, shuffled") : builder.Build("questions, in order");
    }

    private static void AddQuestions(WorkloadBuilder builder, int[] document)
    {
        for (var question = 0; question < 16; question++)
        {
            var own = builder.Tokens(builder.Random.Next(20, 61));
            builder.Add([.. document, .. own], maxTokens: 512, Lengths.LogNormal(builder.Random, median: 60, sigma: 0.7));
        }
    }

    /// <summary>800 documents that share nothing: summaries. Saves nothing; must cost nothing either.</summary>
    private Workload UniqueDocuments()
    {
        var builder = new WorkloadBuilder(seed);
        for (var row = 0; row < 800 * scale; row++)
        {
            var document = builder.Tokens(builder.Random.Next(3_000, 8_001));
            builder.Add(document, maxTokens: 512, Lengths.LogNormal(builder.Random, median: 160, sigma: 0.4));
        }

        return builder.Build("unique documents");
    }

    /// <summary>Prompts of 50 to 8,000 tokens.</summary>
    private Workload MixedLengths()
    {
        var builder = new WorkloadBuilder(seed);
        for (var row = 0; row < 3_000 * scale; row++)
        {
            var prompt = builder.Tokens(Lengths.LogUniform(builder.Random, 50, 8_000));
            builder.Add(prompt, maxTokens: 1_024, Lengths.LogNormal(builder.Random, median: 100, sigma: 0.8));
        }

        return builder.Build("mixed lengths");
    }

    /// <summary>Short prompts, most answers short and few very long; nothing about a prompt says which.</summary>
    public Workload LongTail()
    {
        var builder = new WorkloadBuilder(seed);
        for (var row = 0; row < 8_000 * scale; row++)
        {
            var prompt = builder.Tokens(builder.Random.Next(100, 401));
            builder.Add(prompt, maxTokens: 4_096, Lengths.Pareto(builder.Random, least: 30, alpha: 1.3));
        }

        return builder.Build("long tail");
    }

    /// <summary>Answers of 30 to 50 % of the prompt's length, so that the prompts say which rows will be long: minutes of meetings.</summary>
    private Workload Condensing()
    {
        var builder = new WorkloadBuilder(seed);
        for (var row = 0; row < 6_000 * scale; row++)
        {
            var prompt = builder.Tokens(Math.Min(6_000, Lengths.LogNormal(builder.Random, median: 200, sigma: 0.8)));
            var share = 0.3 + (0.2 * builder.Random.NextDouble());
            builder.Add(prompt, maxTokens: 4_096, Math.Max(1, (int)(prompt.Length * share)));
        }

        return builder.Build("condensing");
    }
}
