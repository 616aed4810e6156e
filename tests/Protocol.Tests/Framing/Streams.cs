using System.Text;
using System.Text.Json;
using ActorLog.Protocol.Framing;

namespace ActorLog.Protocol.Tests.Framing;

/// <summary>Byte streams that real senders sent, and broken ones; and a reader that is fed in any chunks.</summary>
internal static class Streams
{
    public sealed record Captured(string Name, FramingMode Framing, int Frames, byte[][] Chunks)
    {
        public byte[] Bytes => [.. Chunks.SelectMany(chunk => chunk)];
    }

    public sealed record Result(
        IReadOnlyList<(string Text, bool Truncated)> Frames, int Empty, FrameError Error, FramingMode Framing)
    {
        public IEnumerable<string> Texts => Frames.Select(frame => frame.Text);
    }

    public static IReadOnlyList<Captured> All { get; } = [.. Lines("streams.jsonl").Select(line => new Captured(
        line.GetProperty("name").GetString()!,
        Enum.Parse<FramingMode>(line.GetProperty("framing").GetString()!),
        line.GetProperty("frames").GetInt32(),
        [.. line.GetProperty("chunks").EnumerateArray().Select(chunk => chunk.GetBytesFromBase64())]))];

    public static byte[] Broken(string id)
    {
        var line = Lines("broken-streams.jsonl").Single(line => line.GetProperty("id").GetString() == id);
        if (line.TryGetProperty("bytes_b64", out var bytes))
        {
            return bytes.GetBytesFromBase64();
        }

        var recipe = line.GetProperty("gen");
        var repeated = recipe.GetProperty("repeat_b64").GetBytesFromBase64();
        return
        [
            .. recipe.GetProperty("prefix_b64").GetBytesFromBase64(),
            .. Enumerable.Repeat(repeated, recipe.GetProperty("count").GetInt32()).SelectMany(part => part),
            .. recipe.GetProperty("suffix_b64").GetBytesFromBase64(),
        ];
    }

    /// <summary>Feeds the chunks as a socket would, and each with a pause behind it if asked to.</summary>
    public static Result Read(
        IEnumerable<byte[]> chunks, FramingMode mode, int bytesMax, bool paused, StreamState end = StreamState.Ended)
    {
        var reader = new FrameReader(mode, bytesMax);
        var frames = new List<(string, bool)>();
        var unread = Array.Empty<byte>();
        var empty = 0;
        var error = default(FrameError);
        void Step(StreamState state)
        {
            FrameRead step;
            do
            {
                step = reader.Read(unread, state);
                Assert.InRange(step.Consumed, 0, unread.Length);
                if (step.Kind == FrameReadKind.Frame)
                {
                    frames.Add((Encoding.Latin1.GetString(unread, step.Start, step.Length), step.Truncated));
                }

                empty += step.Kind == FrameReadKind.Empty ? 1 : 0;
                error = step.Kind == FrameReadKind.Error ? step.Error : error;
                unread = unread[step.Consumed..];
            }
            while (step.Kind != FrameReadKind.NeedMore || step.Consumed > 0);
        }

        foreach (var chunk in chunks)
        {
            unread = [.. unread, .. chunk];
            Step(paused ? StreamState.Paused : StreamState.Flowing);

            // A frame that is not whole, one more byte, and a count: nothing else has to be carried.
            Assert.InRange(unread.Length, 0, Math.Max(bytesMax + 12, 24));
        }

        Step(end);
        Assert.Empty(unread);
        return new Result(frames, empty, error, reader.Framing);
    }

    public static IEnumerable<byte[]> Cut(byte[] bytes, int size) => bytes.Chunk(size);

    private static IEnumerable<JsonElement> Lines(string name)
    {
        using var stream = typeof(Streams).Assembly.GetManifestResourceStream($"ActorLog.Protocol.Tests.Framing.{name}")
            ?? throw new InvalidOperationException(name);
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            yield return JsonDocument.Parse(line).RootElement;
        }
    }
}
