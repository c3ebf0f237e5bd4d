using System.Buffers.Binary;
using BatchLLM.Checkpoints;
using BatchLLM.Checkpoints.Quantize;
using Xunit;

namespace BatchLLM.Tests.Quantize;

public sealed class SafetensorsWriterTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("batchllm-writer-").FullName;

    [Fact]
    public void What_is_written_is_read_back_without_a_problem()
    {
        var path = Path.Combine(_directory, "x.safetensors");
        NewTensor[] tensors =
        [
            new("codes", TensorType.U8, [3, 1], stream => stream.Write([1, 2, 3])),
            NewTensor.Scalar("a \"quoted\" name", 0.25f),
            new("none", TensorType.F16, [0, 4], _ => { }),
        ];

        SafetensorsWriter.Write(path, tensors, CancellationToken.None);

        var problems = new List<string>();
        using var read = new TensorSet();
        read.Add(path, problems);
        Assert.Empty(problems);
        Assert.Equal(3, read.Tensors.Count);
        var scalar = new float[1];
        read.Tensors["a \"quoted\" name"].ReadFloats(0, scalar);
        Assert.Equal(0.25f, scalar[0]);
        Assert.Empty(read.Tensors["a \"quoted\" name"].Shape);
        var codes = new byte[3];
        read.Tensors["codes"].ReadBytes(0, codes);
        Assert.Equal([1, 2, 3], codes);
    }

    [Fact]
    public void Data_begins_at_a_multiple_of_eight()
    {
        var path = Path.Combine(_directory, "x.safetensors");
        for (var length = 1; length <= 8; length++)
        {
            SafetensorsWriter.Write(path, [NewTensor.Scalar(new string('n', length), 1)], CancellationToken.None);

            Assert.Equal(0u, BinaryPrimitives.ReadUInt64LittleEndian(File.ReadAllBytes(path)) % 8);
        }
    }

    [Fact]
    public void A_tensor_that_writes_other_than_its_shape_says_is_refused() => Assert.Throws<InvalidOperationException>(() =>
        SafetensorsWriter.Write(
            Path.Combine(_directory, "x.safetensors"),
            [new NewTensor("short", TensorType.F32, [2], stream => stream.Write([1]))],
            CancellationToken.None));

    public void Dispose() => Directory.Delete(_directory, recursive: true);
}
