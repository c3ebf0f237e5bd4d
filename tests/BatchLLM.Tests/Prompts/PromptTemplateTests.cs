using BatchLLM.Prompts;
using BatchLLM.Rows;
using Xunit;

namespace BatchLLM.Tests.Prompts;

public sealed class PromptTemplateTests
{
    [Theory]
    [InlineData("no placeholder", "no placeholder")]
    [InlineData("{{a}}", "[A]")]
    [InlineData("{{ a }} and {{\tb\t}}", "[A] and [B]")]
    [InlineData("{{a}}{{a}}{{b}}", "[A][A][B]")]
    [InlineData("{{ticket text}}", "[T]")]
    [InlineData("{{{{a}}", "{{a}}")]
    [InlineData("{{{{{{a}}}}", "{{[A]}}")]
    [InlineData("{\"a\":{\"b\":{}}} }} {", "{\"a\":{\"b\":{}}} }} {")]
    [InlineData("", "")]
    public void Placeholders_are_filled_and_all_else_stands(string template, string expected)
    {
        var row = Rows.OfText(("a", "A"), ("b", "B"), ("ticket text", "T"));

        var parts = PromptTemplate.Parse(template, "prompt.text").Render(row, out var error);

        Assert.Null(error);
        Assert.Equal(expected, string.Concat(parts.Select(part => part.IsData ? $"[{part.Text}]" : part.Text)));
    }

    [Fact]
    public void Data_is_never_read_as_a_template()
    {
        var parts = PromptTemplate.Parse("{{a}}", "prompt.text").Render(Rows.OfText(("a", "{{b}} {{{{ }}")), out _);

        Assert.Equal([new PromptPart("{{b}} {{{{ }}", true)], parts);
    }

    [Fact]
    public void Values_are_written_the_same_everywhere()
    {
        var row = Rows.Of(
            ("i", RowValue.FromInteger(-5)), ("n", RowValue.FromNumber(0.1)), ("b", RowValue.FromBoolean(true)),
            ("j", RowValue.FromJson("[1, 2]")), ("z", RowValue.Null));

        var parts = PromptTemplate.Parse("{{i}}|{{n}}|{{b}}|{{j}}|{{z}}|", "prompt.text").Render(row, out _);

        Assert.Equal("-5|0.1|true|[1, 2]||", string.Concat(parts.Select(part => part.Text)));
    }

    [Theory]
    [InlineData("ab {{c", "the placeholder at character 4 is not closed; expected '}}' after the column's name")]
    [InlineData("{{", "the placeholder at character 1 is not closed; expected '}}' after the column's name")]
    [InlineData("{{{{{{", "the placeholder at character 5 is not closed; expected '}}' after the column's name")]
    [InlineData("{{ }}", "the placeholder at character 1 names no column")]
    [InlineData("{{{a}}}", "the placeholder at character 1 has a brace or a line break in the column's name")]
    [InlineData("{{a {{b}}", "the placeholder at character 1 has a brace or a line break in the column's name")]
    [InlineData("{{a\nb}}", "the placeholder at character 1 has a brace or a line break in the column's name")]
    public void A_malformed_placeholder_is_named_by_its_place(string template, string expected)
    {
        var error = Assert.Throws<BatchLLMException>(() => PromptTemplate.Parse(template, "prompt.text"));

        Assert.Equal($"prompt.text: {expected}; write '{{{{{{{{' for a literal '{{{{'.", error.Message);
    }

    [Fact]
    public void A_missing_column_fails_the_row_by_name()
    {
        PromptTemplate.Parse("{{a}} {{b}}", "prompt.text").Render(Rows.OfText(("a", "x")), out var error);

        Assert.Equal(
            new RowError(RowErrorCodes.MissingColumn, "the prompt needs column 'b'; the row does not have it"), error);
    }

    [Fact]
    public void Columns_are_each_named_once() =>
        Assert.Equal(["b", "a"], PromptTemplate.Parse("{{b}}{{a}}{{ b }}{{{{c}}", "prompt.text").Columns);

    [Fact]
    public void Any_text_survives_with_its_braces_escaped()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        for (var run = 0; run < 500; run++)
        {
            var (before, data, after) = (Braces(random), Braces(random), Braces(random));
            var template = $"{Escape(before + "|")}{{{{x}}}}{Escape("|" + after)}";

            var parts = PromptTemplate.Parse(template, "prompt.text").Render(Rows.OfText(("x", data)), out _);

            Assert.True(
                $"{before}|{data}|{after}" == string.Concat(parts.Select(part => part.Text)), $"seed {seed}: {template}");
        }
    }

    private static string Escape(string text) => text.Replace("{{", "{{{{", StringComparison.Ordinal);

    private static string Braces(Random random) =>
        string.Concat(Enumerable.Range(0, random.Next(8)).Select(_ => "{{}x "[random.Next(5)]));
}
