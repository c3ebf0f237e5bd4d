using System.Globalization;
using BatchLLM.Checkpoints;
using Spectre.Console;

namespace BatchLLM.Host.Display;

/// <summary>Shows what is in a model directory, and everything that is wrong with it.</summary>
internal sealed class ModelView(Terminal terminal)
{
    public void Show(ModelInspection model)
    {
        if (terminal.IsJson)
        {
            terminal.WriteJson(model);
            return;
        }

        terminal.Text.WriteLine(model.Path);
        foreach (var line in Lines(model))
        {
            terminal.Text.WriteLine($"  {line}");
        }

        if (model.Groups.Count > 0)
        {
            terminal.Ansi.Write(Table(model));
        }

        ShowAll("Wrong", model.Problems);
        ShowAll("Note", model.Notices);
    }

    private static IEnumerable<string> Lines(ModelInspection model)
    {
        if (model.Config is not { } config)
        {
            yield break;
        }

        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"{config.Architecture}, {model.ParameterCount:N0} parameters, {config.LayerCount} layers, hidden {config.HiddenSize}, " +
            $"{config.HeadCount} heads ({config.KvHeadCount} for keys and values) of {config.HeadSize}, " +
            $"vocabulary {config.VocabularySize:N0}");
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"context {config.ContextLength:N0} tokens, KV cache {model.KvBytesPerToken:N0} bytes a token");
        yield return $"stop tokens {string.Join(", ", model.StopTokenIds)}";
    }

    private static Table Table(ModelInspection model)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumns("Tensors", "Type", "Count", "Parameters", "Bytes");
        foreach (var group in model.Groups)
        {
            table.AddRow(
                group.Name,
                string.Join(", ", group.Types),
                group.TensorCount.ToString("N0", CultureInfo.InvariantCulture),
                group.ParameterCount.ToString("N0", CultureInfo.InvariantCulture),
                group.SizeInBytes.ToString("N0", CultureInfo.InvariantCulture));
        }

        return table;
    }

    private void ShowAll(string label, IReadOnlyList<string> sentences)
    {
        foreach (var sentence in sentences)
        {
            terminal.Text.WriteLine($"{label}: {sentence}");
        }
    }
}
