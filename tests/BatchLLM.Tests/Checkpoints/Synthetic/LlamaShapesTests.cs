using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Synthetic;
using BatchLLM.Tests.Engine;
using Xunit;

namespace BatchLLM.Tests.Checkpoints.Synthetic;

public class LlamaShapesTests
{
    // Counts that the models' cards give.
    [Theory]
    [InlineData("llama-3.2-1b", 1_235_814_400)]
    [InlineData("llama-3.1-8b", 8_030_261_248)]
    [InlineData("llama-3.1-70b", 70_553_706_496)]
    public void A_named_shape_has_the_published_number_of_parameters(string name, long parameters)
    {
        Assert.True(LlamaShapes.TryFind(name, out var config));
        var tensors = LlamaTensors.ExpectedPlain(config).Concat(LlamaTensors.ExpectedLinears(config));
        Assert.Equal(parameters, tensors.Sum(t => t.Shape.Aggregate(1L, (product, size) => product * size)));
    }

    [Fact]
    public void A_config_file_is_read_without_weights_beside_it()
    {
        var path = Path.Combine(TestData.Model("tied-bf16"), "config.json");
        using var model = ModelDirectory.Open(TestData.Model("tied-bf16"));
        var config = LlamaConfigFile.Read(path);
        Assert.Equal(model.Config with { StopTokenIds = [] }, config with { StopTokenIds = [] });
    }

    [Theory]
    [InlineData("{", "not valid JSON")]
    [InlineData("[]", "not a JSON object")]
    [InlineData("""{"architectures": ["GPT2LMHeadModel"]}""", "expected LlamaForCausalLM")]
    public void A_config_file_of_something_else_is_refused(string content, string said)
    {
        using var folder = new Blobs.TemporaryDirectory();
        var path = Path.Combine(folder.Path, "config.json");
        File.WriteAllText(path, content);
        var refusal = Assert.Throws<BatchLLMException>(() => LlamaConfigFile.Read(path));
        Assert.Contains(said, refusal.Message, StringComparison.Ordinal);
        Assert.StartsWith(path, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_config_file_that_is_not_there_is_said()
    {
        var refusal = Assert.Throws<BatchLLMException>(() => LlamaConfigFile.Read("/nowhere/config.json"));
        Assert.Contains("cannot be read", refusal.Message, StringComparison.Ordinal);
    }
}
