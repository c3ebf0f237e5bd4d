using System.Text;
using BatchLLM.Prompts.Templates;
using Xunit;

namespace BatchLLM.Tests.Prompts.Templates;

public sealed class ChatTemplateSourceTests
{
    [Theory]
    [InlineData("""{"chat_template":"a","bos_token":"<s>","eos_token":"</s>"}""", "a", "<s>", "</s>")]
    [InlineData("""{"bos_token":{"content":"<s>"},"eos_token":{"content":"</s>"}}""", null, "<s>", "</s>")]
    [InlineData(
        """{"chat_template":[{"name":"rag","template":"r"},{"name":"default","template":"d"}]}""", "d", null, null)]
    [InlineData("""{"chat_template":[{"name":"rag","template":"r"}],"bos_token":null}""", null, null, null)]
    [InlineData("{}", null, null, null)]
    public void The_configuration_names_template_and_tokens(string config, string? template, string? bos, string? eos)
    {
        Assert.Equal(new ChatTemplateSource(template, bos, eos), Choose(null, config));
    }

    [Fact]
    public void A_template_file_comes_before_the_configuration()
    {
        const string Config = """{"chat_template":"a","bos_token":"<s>"}""";
        Assert.Equal(new ChatTemplateSource("j", "<s>", null), Choose("j", Config));
    }

    [Fact]
    public void A_template_file_alone_is_enough()
    {
        Assert.Equal(new ChatTemplateSource("j", null, null), ChatTemplateSource.Choose("j", default, "config.json"));
        Assert.Equal(new ChatTemplateSource(null, null, null), ChatTemplateSource.Choose(null, default, "config.json"));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"chat_template":7}""")]
    [InlineData("""{"chat_template":["x"]}""")]
    [InlineData("""{"bos_token":7}""")]
    [InlineData("""{"eos_token":{"content":7}}""")]
    public void A_damaged_configuration_is_refused_by_name(string config)
    {
        var exception = Assert.Throws<BatchLLMException>(() => Choose(null, config));
        Assert.StartsWith("config.json", exception.Message, StringComparison.Ordinal);
    }

    private static ChatTemplateSource Choose(string? jinja, string config) =>
        ChatTemplateSource.Choose(jinja, Encoding.UTF8.GetBytes(config), "config.json");
}
