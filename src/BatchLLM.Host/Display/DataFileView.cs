using System.Globalization;
using BatchLLM.Host.Inspection;
using Spectre.Console;

namespace BatchLLM.Host.Display;

/// <summary>Shows what is in a data file.</summary>
internal sealed class DataFileView(Terminal terminal)
{
    public void Show(DataFileInspection file)
    {
        if (terminal.IsJson)
        {
            terminal.WriteJson(file);
            return;
        }

        terminal.Text.WriteLine($"{file.File}: {Describe(file)}");
        var table = new Table().Border(TableBorder.Rounded).AddColumns("Column", "Type", "Note");
        foreach (var column in file.Columns)
        {
            table.AddRow(Markup.Escape(column.Name), Markup.Escape(column.Type), Markup.Escape(column.Note ?? ""));
        }

        terminal.Ansi.Write(table);
    }

    private static string Describe(DataFileInspection file)
    {
        var groups = file.RowGroups is { } count
            ? string.Create(CultureInfo.InvariantCulture, $" in {count:N0} row groups")
            : "";
        var unreadable = file.UnreadableRows > 0
            ? string.Create(CultureInfo.InvariantCulture, $", {file.UnreadableRows:N0} of them unreadable")
            : "";
        var writer = file.CreatedBy is { } name ? $", written by {name}" : "";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{file.Format}, {file.Bytes:N0} bytes, {file.Rows:N0} rows{groups}{unreadable}{writer}");
    }
}
