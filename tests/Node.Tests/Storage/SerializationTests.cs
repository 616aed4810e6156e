using System.Runtime.Serialization;
using ActorLog.Node.Hosting;
using ActorLog.Node.Storage;
using ActorLog.Protocol.Delivery;
using Akka.Actor;
using Akka.Cluster.Sharding;

namespace ActorLog.Node.Tests.Storage;

/// <summary>Only types that are bound are written, and nothing makes objects of types that bytes name.</summary>
public sealed class SerializationTests : IAsyncLifetime
{
    private const int Newtonsoft = 1;
    private readonly string _folder = Directory.CreateTempSubdirectory("al").FullName;
    private ActorSystem _system = null!;

    public Task InitializeAsync()
    {
        _system = ActorSystem.Create("actorlog", AkkaConfig.Of(TestNode.Read(_folder)));
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _system.Terminate();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void A_type_that_is_not_bound_is_not_written()
    {
        var error = Assert.Throws<SerializationException>(() => _system.Serialization.FindSerializerForType(typeof(Unbound)));
        Assert.Contains("No serializer binding found for type Unbound", error.Message, StringComparison.Ordinal);
        Assert.Throws<SerializationException>(() => _system.Serialization.FindSerializerForType(typeof(object)).ToBinary(new object()));
    }

    [Fact]
    public void Bytes_of_Newtonsoft_s_serializer_are_refused()
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes($$"""{"$type":"{{typeof(Unbound).AssemblyQualifiedName}}"}""");
        Assert.Throws<SerializationException>(() => _system.Serialization.Deserialize(bytes, Newtonsoft, typeof(Unbound)));
        Assert.Throws<SerializationException>(() => _system.Serialization.Deserialize(bytes, Newtonsoft, typeof(Unbound).AssemblyQualifiedName!));
    }

    [Fact]
    public void Hyperion_is_not_there_at_all() =>
        Assert.Throws<FileNotFoundException>(() => System.Reflection.Assembly.Load("Hyperion"));

    [Fact]
    public void Own_messages_and_the_cluster_s_are_written_by_their_own()
    {
        Assert.IsType<ActorLogSerializer>(_system.Serialization.FindSerializerForType(typeof(WakePartition)));
        Assert.IsType<ActorLogSerializer>(_system.Serialization.FindSerializerForType(typeof(AskToJoin)));
        Assert.Equal("ClusterShardingMessageSerializer", _system.Serialization.FindSerializerForType(typeof(GetShardRegionStats)).GetType().Name);
    }

    [Fact]
    public void Join_messages_come_back_as_they_were()
    {
        var agreement = Agreement.Of(16, "j-1");
        foreach (JoinMessage message in new JoinMessage[] { new AskToJoin("node-1", agreement), new JoinAnswer("node-2", agreement, true) })
        {
            var serializer = (ActorLogSerializer)_system.Serialization.FindSerializerFor(message);
            Assert.Equal(message, serializer.FromBinary(serializer.ToBinary(message), serializer.Manifest(message)));
        }
    }

    private sealed record Unbound;
}
