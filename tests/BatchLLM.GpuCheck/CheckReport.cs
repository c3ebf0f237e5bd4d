using System.Globalization;
using System.Text.Json;

namespace BatchLLM.GpuCheck;

/// <summary>Prints results as they come, and keeps them for a file of JSON.</summary>
internal sealed class CheckReport
{
    private readonly List<CheckResult> _results = [];

    /// <summary>True if all is as it should be.</summary>
    public bool IsOk => _results.TrueForAll(result => result.IsOk);

    /// <summary>Takes a result.</summary>
    public void Add(CheckResult result)
    {
        _results.Add(result);
        var figure = double.IsNaN(result.Value)
            ? result.IsOk ? "ok" : "WRONG"
            : result.Value.ToString(result.Value < 10 ? "0.00" : "#,0", CultureInfo.InvariantCulture);
        Console.WriteLine($"{result.Name,-58} {figure,12} {result.Unit,-10} {result.Text}");
    }

    /// <summary>Runs a part; what it throws is a result too, so that the others still run.</summary>
    public void Run(string name, Func<IEnumerable<CheckResult>> part)
    {
        try
        {
            foreach (var result in part())
            {
                Add(result);
            }
        }
        catch (Exception exception)
        {
            Add(CheckResult.Of(name, false, exception is BatchLLMException ? exception.Message : exception.ToString()));
        }
    }

    /// <summary>Writes all results.</summary>
    public void Write(string path)
    {
        using var stream = File.Create(path);
        using var json = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        json.WriteStartArray();
        foreach (var result in _results)
        {
            json.WriteStartObject();
            json.WriteString("name", result.Name);
            json.WriteBoolean("ok", result.IsOk);
            if (!double.IsNaN(result.Value))
            {
                json.WriteNumber("value", result.Value);
                json.WriteString("unit", result.Unit);
            }

            json.WriteString("text", result.Text);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
