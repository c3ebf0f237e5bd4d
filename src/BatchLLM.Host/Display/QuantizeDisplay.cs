using System.Globalization;
using BatchLLM.Checkpoints.Quantize;
using Spectre.Console;

namespace BatchLLM.Host.Display;

/// <summary>Shows a quantization: a bar on a terminal, a line at each stage anywhere else.</summary>
internal sealed class QuantizeDisplay(Terminal terminal)
{
    /// <summary>Does the work off this thread, and shows what it reports.</summary>
    public Task<T> ShowAsync<T>(Func<Action<QuantizeProgress>, T> work) => terminal.Ansi.Profile.Capabilities.Ansi
        ? ShowBarAsync(work)
        : Task.Run(() => work(Lines()));

    private Task<T> ShowBarAsync<T>(Func<Action<QuantizeProgress>, T> work) => terminal.Ansi.Progress()
        .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
        .StartAsync(context =>
        {
            var bar = context.AddTask("quantizing", maxValue: 1);
            return Task.Run(() => work(progress =>
            {
                bar.Description = Markup.Escape(Describe(progress));
                bar.Value = progress.Share;
            }));
        });

    private Action<QuantizeProgress> Lines()
    {
        var last = "";
        return progress =>
        {
            var line = Describe(progress);
            if (line != last)
            {
                terminal.Text.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{progress.Share * 100,3:F0}%  {line}"));
            }

            last = line;
        };
    }

    private static string Describe(QuantizeProgress progress) => progress.Layer == progress.LayerCount
        ? progress.Stage
        : string.Create(CultureInfo.InvariantCulture, $"layer {progress.Layer + 1} of {progress.LayerCount}: {progress.Stage}");
}
