using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using BatchLLM.Tokens;

namespace BatchLLM.Benchmarks;

/// <summary>
/// The tokenizer on Llama 3's real vocabulary: English prose, then inputs on which tokenizers go slow, then other
/// implementations on the same prose in the same run (tests/peers/install.sh fetches them, the vocabulary and the prose).
/// </summary>
internal static class TokenizerSpeed
{
    private const int DocumentLength = 4096;
    private const int Rounds = 7;
    private const int Small = 1 << 16;
    private const int Large = 1 << 20;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);

    /// <summary>Prints Markdown tables.</summary>
    /// <param name="peers">The checkout's folder tests/peers.</param>
    public static void Run(string peers)
    {
        var vocabulary = Path.Combine(peers, "node_modules", "@lenml", "tokenizer-llama3", "models", "tokenizer.json");
        var prose = Path.Combine(peers, "node_modules", "@stdlib", "datasets-moby-dick", "data", "data.txt");
        if (!File.Exists(vocabulary))
        {
            throw new BatchLLMException($"{vocabulary} is missing. Run tests/peers/install.sh first.");
        }

        var tokenizer = TokenizerJson.Load(File.ReadAllBytes(vocabulary), vocabulary);
        var own = MeasureProse(tokenizer, File.ReadAllText(prose));
        MeasureHardInputs(tokenizer);
        MeasurePeers(own, Path.Combine(peers, "bench_tokenizers.mjs"), vocabulary, prose);
    }

    private static (double Encode, double Decode) MeasureProse(ITokenizer tokenizer, string text)
    {
        var documents = text.Chunk(DocumentLength).Select(piece => new PromptText(new string(piece), [])).ToArray();
        var bytes = Encoding.UTF8.GetByteCount(text);
        var ids = documents.Select(tokenizer.Encode).ToArray();
        var whole = new PromptText(text, []);
        var encode = Best(bytes, () => Array.ForEach(documents, document => tokenizer.Encode(document)));
        var decode = Best(bytes, () => Array.ForEach(ids, document => tokenizer.Decode(document)));
        Console.WriteLine("| English prose | MB/s |\n|---|---|");
        Line("encode, documents of 4,096 characters, one thread", encode);
        Line("encode, all as one text, one thread", Best(bytes, () => tokenizer.Encode(whole)));
        Line($"encode, documents, {Environment.ProcessorCount} threads", Best(bytes, () => Parallel.ForEach(documents, document => tokenizer.Encode(document))));
        Line("decode, whole completions", decode);
        Line("decode, token by token", Best(bytes, () => Array.ForEach(ids, document => DecodeStep(tokenizer, document))));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"\n{AllocatedPerToken(tokenizer, whole):F2} bytes are allocated per token; the result itself is 4.\n"));
        return (encode, decode);
    }

    private static void MeasureHardInputs(ITokenizer tokenizer)
    {
        var random = new Random(1);
        (string Name, Func<string> Next)[] inputs =
        [
            ("one letter", () => "a"), ("spaces", () => " "), ("spaces and line breaks", () => random.Next(40) == 0 ? "\n" : " "),
            ("emoji", () => "😀"), ("digits", () => "7"), ("random letters", () => ((char)random.Next('a', 'z' + 1)).ToString()),
            ("random CJK", () => ((char)random.Next(0x4E00, 0xA000)).ToString()), ("random punctuation", () => ((char)random.Next('!', '0')).ToString()),
        ];
        Console.WriteLine("| Hard input | MB/s, 64 KiB | MB/s, 1 MiB | Ratio |\n|---|---|---|---|");
        foreach (var (name, next) in inputs)
        {
            var (small, large) = (Measure(tokenizer, next, Small), Measure(tokenizer, next, Large));
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {small:F1} | {large:F1} | {large / small:F2} |"));
        }

        Console.WriteLine();
    }

    private static double Measure(ITokenizer tokenizer, Func<string> next, int bytes)
    {
        var text = new StringBuilder();
        for (var count = 0; count < bytes;)
        {
            var one = next();
            text.Append(one);
            count += Encoding.UTF8.GetByteCount(one);
        }

        var prompt = new PromptText(text.ToString(), []);
        return Best(Encoding.UTF8.GetByteCount(prompt.Text), () => tokenizer.Encode(prompt));
    }

    private static void MeasurePeers((double Encode, double Decode) own, string script, string vocabulary, string prose)
    {
        using var process = Process.Start(new ProcessStartInfo("node", [script, vocabulary, prose]) { RedirectStandardOutput = true })!;
        Console.WriteLine("| Peer, one thread | encode MB/s | BatchLLM is | decode MB/s | BatchLLM is |\n|---|---|---|---|---|");
        while (process.StandardOutput.ReadLine() is { } line)
        {
            var peer = JsonDocument.Parse(line).RootElement;
            var (encode, decode) = (peer.GetProperty("encode").GetDouble(), peer.GetProperty("decode").GetDouble());
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {peer.GetProperty("name")} | {encode:F2} | {own.Encode / encode:F1}x | {decode:F1} | {own.Decode / decode:F1}x |"));
        }

        process.WaitForExit();
    }

    private static void DecodeStep(ITokenizer tokenizer, int[] ids)
    {
        var decoder = new IncrementalDecoder(tokenizer);
        foreach (var id in ids)
        {
            decoder.Append(id);
        }
    }

    private static double AllocatedPerToken(ITokenizer tokenizer, PromptText text)
    {
        tokenizer.Encode(text);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var tokens = tokenizer.Encode(text).Length;
        return (double)(GC.GetAllocatedBytesForCurrentThread() - before) / tokens;
    }

    /// <summary>MB of UTF-8 a second in the best round: other work on the machine only ever slows.</summary>
    private static double Best(int bytes, Action work)
    {
        // Until the compiler has seen what is hot; it works in the background.
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < WarmUp;)
        {
            work();
        }

        var best = double.MaxValue;
        var repeats = Math.Max(1, Large / bytes);
        for (var round = 0; round < Rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            for (var i = 0; i < repeats; i++)
            {
                work();
            }

            best = Math.Min(best, Stopwatch.GetElapsedTime(start).TotalSeconds / repeats);
        }

        return bytes / 1e6 / best;
    }

    private static void Line(string name, double speed) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {speed:F1} |"));
}
