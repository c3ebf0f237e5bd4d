using System.CommandLine;
using BatchLLM.Host.Jobs;
using BatchLLM.Host.Texts;

namespace BatchLLM.Host.Commands;

/// <summary><c>batchllm tokenize --model DIR</c>.</summary>
internal static class TokenizeCommand
{
    public static Command Create()
    {
        var model = new Option<string>("--model")
        {
            Description = "The model's directory; of its files only the tokenizer's is read.",
            HelpName = "directory",
            Required = true,
        };
        var decode = new Option<bool>("--decode") { Description = "The other way: an array of ids a line in, a JSON string out." };
        var literal = new Option<bool>("--literal")
        {
            Description = "Take the text of control tokens as text, as in a row's data.",
        };
        return new Command("tokenize", "Shows what a model sees: a JSON string a line in, its token ids out.")
        {
            model,
            decode,
            literal,
        }.Runs((parsed, terminal, cancellationToken) =>
        {
            var lines = new TokenLines(TokenizerFiles.Open(parsed.GetValue(model)!), parsed.GetValue(literal));
            LineConversion convert = parsed.GetValue(decode) ? lines.Decode : lines.Encode;
            return new LineFilter(
                Console.OpenStandardInput(), Console.OpenStandardOutput(), terminal.Error, convert).RunAsync(cancellationToken);
        });
    }
}
