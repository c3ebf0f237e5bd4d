using System.Globalization;
using BatchLLM.Host.Quantize;

namespace BatchLLM.Host.Display;

/// <summary>Shows a finished quantization.</summary>
internal sealed class QuantizeView(Terminal terminal)
{
    public void Show(QuantizeSummary summary)
    {
        if (terminal.IsJson)
        {
            terminal.WriteJson(summary);
            return;
        }

        foreach (var line in Lines(summary))
        {
            terminal.Text.WriteLine(line);
        }
    }

    private static IEnumerable<string> Lines(QuantizeSummary summary)
    {
        yield return $"{summary.To}: {summary.Quantization}";
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"  {summary.Bytes:N0} bytes of weights, {(double)summary.Bytes / summary.SourceBytes:P0} of {summary.SourceBytes:N0}; " +
            $"KV cache {summary.KvCache}");
        if (summary.CalibrationPrompts is { } prompts)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture, $"  calibrated on {prompts:N0} prompts, {summary.CalibrationTokens:N0} tokens");
        }

        var kept = summary.LayersKept > 0
            ? string.Create(CultureInfo.InvariantCulture, $"; {summary.LayersKept} of {summary.Layers} layers were done before")
            : "";
        yield return string.Create(CultureInfo.InvariantCulture, $"  {summary.Seconds:F1} s{kept}");
    }
}
