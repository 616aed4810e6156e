using System.Threading.Channels;
using ActorLog.Node.Listening;
using Akka.Streams;
using Akka.Streams.Stage;

namespace ActorLog.Node.Routing;

/// <summary>
/// The batches that the listeners hand over. From <see cref="CreateQueue"/>'s the listener's thread itself tells the stage: Akka's
/// ChannelSource is told by a task and its continuation, two more turns of the thread pool for each hand-over.
/// </summary>
internal sealed class BatchSource(ChannelReader<FrameBatch> queue) : GraphStage<SourceShape<FrameBatch>>
{
    private readonly Outlet<FrameBatch> _out = new("batches.out");

    /// <summary>A queue whose writer tells the stage itself.</summary>
    /// <param name="batchesMax">Beyond so many batches, writers wait or drop.</param>
    public static Channel<FrameBatch> CreateQueue(int batchesMax) => Channel.CreateBounded<FrameBatch>(
        new BoundedChannelOptions(batchesMax) { SingleReader = true, AllowSynchronousContinuations = true });

    /// <inheritdoc/>
    public override SourceShape<FrameBatch> Shape => new(_out);

    /// <inheritdoc/>
    protected override GraphStageLogic CreateLogic(Attributes inheritedAttributes) => new Logic(this, queue);

    private sealed class Logic : GraphStageLogic
    {
        private readonly BatchSource _stage;
        private readonly ChannelReader<FrameBatch> _queue;
        private readonly Action<bool> _told;
        private readonly Action<Exception> _failed;

        public Logic(BatchSource stage, ChannelReader<FrameBatch> queue)
            : base(stage.Shape)
        {
            _stage = stage;
            _queue = queue;
            _told = GetAsyncCallback<bool>(OnTold);
            _failed = GetAsyncCallback<Exception>(FailStage);
            SetHandler(stage._out, onPull: Emit);
        }

        private void Emit()
        {
            if (_queue.TryRead(out var batch))
            {
                Push(_stage._out, batch);
            }
            else
            {
                _ = WaitAsync();
            }
        }

        private async Task WaitAsync()
        {
            try
            {
                _told(await _queue.WaitToReadAsync().ConfigureAwait(false));
            }
            catch (Exception broken)
            {
                _failed(broken);
            }
        }

        // False when the queue is completed and empty.
        private void OnTold(bool hasMore)
        {
            if (hasMore)
            {
                Emit();
            }
            else
            {
                CompleteStage();
            }
        }
    }
}
