using ActorLog.Protocol.Delivery;

namespace ActorLog.Testing.Simulation.Delivery;

/// <summary>A connection: two queues that keep their order and break together.</summary>
internal sealed class SimulatedConnection(SimulatedGateway gateway, int number)
{
    public SimulatedGateway Gateway { get; } = gateway;

    public int Number { get; } = number;

    public Queue<DeliveryFrame> Up { get; } = new();

    public Queue<DeliveryFrame> Down { get; } = new();
}
