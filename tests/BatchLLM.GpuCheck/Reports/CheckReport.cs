using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace BatchLLM.GpuCheck.Reports;

/// <summary>Prints a part's results as they come, and puts each into the report at once: a part that is killed keeps what it had.</summary>
/// <param name="path">The report's file; a page of the same name, ending in .md, is written beside it.</param>
/// <param name="part">Name of the part.</param>
/// <param name="command">What was called.</param>
/// <param name="device">What it runs on.</param>
/// <param name="output">Receives the table.</param>
internal sealed class CheckReport(string path, string part, string command, DeviceText device, TextWriter output)
{
    private readonly List<CheckResult> _results = [];
    private readonly string _started = DateTime.UtcNow.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
    private readonly long _start = Stopwatch.GetTimestamp();

    /// <summary>True if all is as it should be.</summary>
    public bool IsOk => _results.TrueForAll(result => result.IsOk);

    /// <summary>Takes what others have measured.</summary>
    public void Add(IEnumerable<CheckResult> results) => Run([(part, () => results)]);

    /// <summary>Runs one after the other; what one throws is a result too, so that the others still run.</summary>
    public void Run(IEnumerable<(string Name, Func<IEnumerable<CheckResult>> Check)> checks)
    {
        Write(isComplete: false);
        foreach (var (name, check) in checks)
        {
            Run(name, check);
        }

        Write(isComplete: true);
    }

    private void Run(string name, Func<IEnumerable<CheckResult>> check)
    {
        try
        {
            foreach (var result in check())
            {
                Add(result);
            }
        }
        catch (Exception exception)
        {
            Add(CheckResult.Of(name, false, exception is BatchLLMException ? exception.Message : exception.ToString()));
        }
    }

    private void Add(CheckResult result)
    {
        _results.Add(result);
        output.WriteLine($"{result.Name,-66} {Figure.Of(result),14} {result.Unit,-10} {Text(result)}");
        Write(isComplete: false);
    }

    private void Write(bool isComplete) => ReportPage.Write(path, new ReportFile(path).Put(new JsonObject
    {
        ["part"] = part,
        ["command"] = command,
        ["started"] = _started,
        ["seconds"] = Math.Round(Stopwatch.GetElapsedTime(_start).TotalSeconds, 1),
        ["isComplete"] = isComplete,
        ["gpu"] = device.Name,
        ["versions"] = device.Versions,
        ["results"] = new JsonArray([.. _results.Select(Json)]),
    }));

    private static JsonNode Json(CheckResult result)
    {
        var json = new JsonObject
        {
            ["name"] = result.Name,
            ["ok"] = result.IsOk,
            ["figure"] = Figure.Of(result),
            ["unit"] = result.Unit,
            ["text"] = Text(result),
        };
        AddNumber(json, "value", result.Value);
        AddNumber(json, "published", result.Published);
        return json;
    }

    // JSON has no word for what is not a number.
    private static void AddNumber(JsonObject json, string name, double value)
    {
        if (double.IsFinite(value))
        {
            json[name] = value;
        }
    }

    private static string Text(CheckResult result) =>
        string.Join("; ", new[] { Figure.Ratio(result), result.Text }.Where(text => text.Length > 0));
}
