using System.CommandLine;
using BatchLLM.Checkpoints;
using BatchLLM.Host.Compare;
using BatchLLM.Host.Display;

namespace BatchLLM.Host.Commands;

/// <summary><c>batchllm compare A B --prompts FILE</c>.</summary>
internal static class CompareCommand
{
    public static Command Create()
    {
        var a = new Argument<string>("a") { Description = "The model to compare with: its completions are the reference." };
        var b = new Argument<string>("b") { Description = "The other model, of the same tokenizer." };
        var numericsOfA = Numerics("--numerics-a");
        var numericsOfB = Numerics("--numerics-b");
        var prompts = new PromptOptions();
        var command = new Command("compare", "Runs two checkpoints on the same prompts and measures how far they agree.")
        {
            a,
            b,
            numericsOfA,
            numericsOfB,
        };
        prompts.AddTo(command);
        return command.Runs(async (parsed, terminal, cancellationToken) =>
        {
            var source = await prompts.ReadAsync(parsed, cancellationToken);
            using var modelOfA = ComparedModel.Open(parsed.GetValue(a)!, parsed.GetValue(numericsOfA));
            using var modelOfB = ComparedModel.Open(parsed.GetValue(b)!, parsed.GetValue(numericsOfB));
            var comparison = new CheckpointComparison(modelOfA, modelOfB, terminal);
            new CompareView(terminal).Show(await comparison.RunAsync(source, cancellationToken));
            return ExitCodes.Ok;
        });
    }

    private static Option<string?> Numerics(string name) => new(name)
    {
        Description = $"How the model's linear layers are computed: {string.Join(", ", NumericsNames.All)}; its own without.",
        HelpName = "name",
    };
}
