package flinkmesos.driver;

import org.apache.flink.runtime.clusterframework.types.ResourceID;
import org.apache.flink.runtime.clusterframework.types.ResourceIDRetrievable;

/** A TaskManager that the scheduler has a place for. Its id is the TaskManager's taskmanager.resource-id. */
final class Worker implements ResourceIDRetrievable {
    private final ResourceID id;
    /** As asked for; a TaskManager that comes back to a new JobManager reports its dynamic slots on top of them. */
    private final int slots;
    private final long placedAtNanos = System.nanoTime();
    private boolean registered;

    Worker(String id, int slots) {
        this.id = new ResourceID(id);
        this.slots = slots;
    }

    @Override
    public ResourceID getResourceID() {
        return id;
    }

    int slots() {
        return slots;
    }

    long ageMs() {
        return (System.nanoTime() - placedAtNanos) / 1_000_000;
    }

    boolean isRegistered() {
        return registered;
    }

    void noteRegistered() {
        registered = true;
    }

    @Override
    public String toString() {
        return id.toString();
    }
}
