using BatchLLM.Prompts.Templates;
using Xunit;

namespace BatchLLM.Tests.Prompts.Templates;

public sealed class TemplateSyntaxTests
{
    [Theory]
    [InlineData("a\n{% call f() %}{% endcall %}", "line 2: found 'call'")]
    [InlineData("{% for x in y recursive %}{% endfor %}", "found 'recursive'")]
    [InlineData("{% for x in y %}{% macro f() %}{% break %}{% endmacro %}{% endfor %}", "found 'break'")]
    [InlineData("{% macro f(a) %}{% endmacro %}{{ f(a=1, 2) }}", "an argument without name")]
    [InlineData("{% include 'x' %}", "line 1: found 'include'")]
    [InlineData("{% raw %}{{ x }}{% endraw %}", "found 'raw'")]
    [InlineData("\n\n{{ x | nosuch }}", "line 3: found the filter 'nosuch'")]
    [InlineData("{{ x is nosuch }}", "found the test 'nosuch'")]
    [InlineData("{{ x | reject('nosuch', 1) }}", "found the test 'nosuch'")]
    [InlineData("{{ x | selectattr('a', 'nosuch') }}", "found the test 'nosuch'")]
    [InlineData("{{ x.nosuch() }}", "found the method 'nosuch'")]
    [InlineData("{{ nosuch() }}", "found the function 'nosuch'")]
    [InlineData("{{ x['f']() }}", "found '('")]
    [InlineData("{{ x | tojson(sort=1) }}", "argument 'sort' too many")]
    [InlineData("{{ x | trim(1, 2) }}", "argument '' too many")]
    [InlineData("{{ x | replace('a') }}", "too few arguments")]
    [InlineData("{{ namespace(1) }}", "a namespace argument without name")]
    [InlineData("{{ x ** 2 }}", "found '**'")]
    [InlineData("{{ x", "found the end of the template inside a tag")]
    [InlineData("\n{# x", "line 2: found a comment without end")]
    [InlineData("{{ 'x }}", "found a text without closing quote")]
    [InlineData("{{ 'a\\N{DASH}' }}", "found the escape \\N")]
    [InlineData("{{ '\\u12' }}", "found an escape that is no code point")]
    [InlineData("{{ 1x }}", "found a number that goes on with 'x'")]
    [InlineData("{{ 99999999999999999999 }}", "found '99999999999999999999'")]
    [InlineData("{{ a ? b }}", "found the character '?'")]
    [InlineData("{{ }}", "found '}}'")]
    [InlineData("{{ a b }}", "found 'b'")]
    [InlineData("{{ (a }}", "found the end of the template inside a tag")]
    [InlineData("{{ if }}", "found 'if'")]
    [InlineData("{% if x %}", "found the end of the template; expected elif or else or endif")]
    [InlineData("{% for x in y %}{% endif %}", "found 'endif'")]
    [InlineData("{% endif %}", "found 'endif'")]
    [InlineData("{% for x of y %}{% endfor %}", "found 'of'; expected in")]
    [InlineData("{% set 1 = 2 %}", "found '1'")]
    [InlineData("{% break %}", "found 'break'")]
    [InlineData("{% if x y %}{% endif %}", "found 'y'")]
    [InlineData("{% %}", "found '%}'")]
    public void What_is_not_supported_is_refused_by_line_and_construct(string source, string found)
    {
        var exception = Assert.Throws<BatchLLMException>(() => ChatTemplate.Parse(source));
        Assert.StartsWith("chat template, line ", exception.Message, StringComparison.Ordinal);
        Assert.Contains(found, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("(", ")")]
    [InlineData("[", "]")]
    [InlineData("not ", "")]
    [InlineData("-", "")]
    [InlineData("1 + ", "")]
    [InlineData("1 or ", "")]
    [InlineData("1 if 1 else ", "")]
    [InlineData("x[", "]")]
    [InlineData("", "[0]")]
    [InlineData("", " | trim")]
    [InlineData("1 is eq ", "")]
    public void Deep_nesting_is_refused_and_no_stack_overflow(string before, string after)
    {
        var source = $"{{{{ {Repeat(before)}x{Repeat(after)} }}}}";
        Assert.Contains(
            "nested constructs", Assert.Throws<BatchLLMException>(() => ChatTemplate.Parse(source)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Deeply_nested_statements_are_refused()
    {
        Assert.Throws<BatchLLMException>(() => ChatTemplate.Parse(Repeat("{% if x %}") + Repeat("{% endif %}")));
    }

    [Fact]
    public void A_source_beyond_the_limit_is_refused()
    {
        Assert.Throws<BatchLLMException>(() => ChatTemplate.Parse(new string('x', (1 << 20) + 1)));
    }

    [Fact]
    public void Random_sources_are_parsed_or_refused_and_nothing_else()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        string[] pieces =
        [
            "{{", "}}", "{%", "%}", "{#", "#}", "-", "+", " ", "\n", "'", "\"", "\\", "x", "1", ".", "|", "(", ")", "[",
            "]", "{", "}", ":", ",", "=", "==", "~", "if ", " else ", "for ", " in ", "set ", "endif", "endfor", "is ",
            "not ", "trim",
        ];
        for (var i = 0; i < 5000; i++)
        {
            var source = string.Concat(random.GetItems(pieces, random.Next(30)));
            var exception = Record.Exception(() => Run(source));
            Assert.True(exception is null or BatchLLMException, $"seed {seed}, source {i}: {source}: {exception}");
        }
    }

    private static void Run(string source) =>
        ChatTemplate.Parse(source).TryRender([new("user", "x")], new(), out _, out _);

    private static string Repeat(string text) => string.Concat(Enumerable.Repeat(text, 10_000));
}
