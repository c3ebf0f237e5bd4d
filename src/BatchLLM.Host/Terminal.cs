using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using BatchLLM.Host.Display;
using Spectre.Console;

namespace BatchLLM.Host;

/// <summary>Where a command writes: tables and progress for people, or one JSON object for scripts.</summary>
internal sealed class Terminal(bool json)
{
    /// <summary>How JSON is written: names in snake case, nothing for null.</summary>
    public static readonly JsonSerializerOptions JsonOptions = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private readonly TextWriter _result = Console.Out;

    /// <summary>True if standard output is for one JSON object only.</summary>
    public bool IsJson => json;

    /// <summary>Errors, and everything else that is not the result.</summary>
    public TextWriter Error { get; } = Console.Error;

    /// <summary>Text for people: standard output, or standard error when that is for JSON.</summary>
    public TextWriter Text => json ? Error : _result;

    /// <summary>Tables for people: with colours on a terminal, plain and wide anywhere else.</summary>
    public IAnsiConsole Ansi { get; } = CreateAnsi(json);

    /// <summary>A live display on a terminal, plain lines anywhere else.</summary>
    public IProgressDisplay Progress() =>
        Ansi.Profile.Capabilities.Ansi
            ? new LiveProgressDisplay(Ansi)
            : new PlainProgressDisplay(Text);

    /// <summary>Writes the result for scripts.</summary>
    public void WriteJson<T>(T value) => _result.WriteLine(JsonSerializer.Serialize(value, JsonOptions));

    private static IAnsiConsole CreateAnsi(bool json)
    {
        const int Wide = 160;
        var isTerminal = json ? !Console.IsErrorRedirected : !Console.IsOutputRedirected;
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = isTerminal ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = isTerminal ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Out = new AnsiConsoleOutput(json ? Console.Error : Console.Out),
        });
        console.Profile.Width = isTerminal ? console.Profile.Width : Wide;
        return console;
    }
}
