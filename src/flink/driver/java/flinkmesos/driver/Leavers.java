package flinkmesos.driver;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ResourceManagerOptions;
import org.apache.flink.configuration.TaskManagerOptions;
import org.apache.flink.runtime.clusterframework.types.ResourceID;
import org.apache.flink.runtime.instance.InstanceID;
import org.apache.flink.runtime.resourcemanager.slotmanager.ResourceDeclaration;

/**
 * TaskManagers whose agents are about to be taken away. For each of them one more is declared than the slot manager needs;
 * when those have registered, the ones that leave are declared unwanted, and their jobs find the slots of the others. At
 * the maximum of the cluster there can be no others first: then these go, and others come after them.
 */
final class Leavers {
    private final Function<ResourceID, Optional<InstanceID>> instanceOf;
    private final int mostSlots;
    private final int slotsOfOne;
    private final Set<ResourceID> ids = new HashSet<>();
    /** So many successors have not registered yet. */
    private int awaited;

    Leavers(Configuration configuration, Function<ResourceID, Optional<InstanceID>> instanceOf) {
        this.instanceOf = instanceOf;
        this.mostSlots = configuration.get(ResourceManagerOptions.MAX_SLOT_NUM);
        this.slotsOfOne = configuration.get(TaskManagerOptions.NUM_TASK_SLOTS);
    }

    /** False where it is known. */
    boolean add(ResourceID id, int registeredSlots) {
        if (!ids.add(id)) {
            return false;
        }
        if (registeredSlots + (awaited + 1) * slotsOfOne <= mostSlots) {
            awaited++;
        }
        return true;
    }

    /** Then one successor is not needed any more. False where it is not known. */
    boolean remove(ResourceID id) {
        if (!ids.remove(id)) {
            return false;
        }
        awaited = Math.max(0, awaited - 1);
        return true;
    }

    /** A successor, perhaps: whoever else asked for it is served by the next one. */
    boolean noteRegistered(ResourceID id) {
        if (awaited == 0 || ids.contains(id)) {
            return false;
        }
        awaited--;
        return true;
    }

    Collection<ResourceDeclaration> adapt(Collection<ResourceDeclaration> declared, int registeredSlots) {
        ids.removeIf(id -> !instanceOf.apply(id).isPresent());
        if (ids.isEmpty()) {
            awaited = 0;
            return declared;
        }
        List<ResourceDeclaration> adapted = new ArrayList<>(declared.size());
        for (ResourceDeclaration declaration : declared) {
            adapted.add(declaration.getNumNeeded() == 0 ? declaration : adapt(declaration, registeredSlots / slotsOfOne));
        }
        return adapted;
    }

    /** The slot manager may not have counted the successors yet that have registered. */
    private ResourceDeclaration adapt(ResourceDeclaration declaration, int registered) {
        int wanted = registered - declaration.getUnwantedWorkers().size();
        int counted = Math.max(declaration.getNumNeeded(), wanted);
        if (awaited > 0) {
            return new ResourceDeclaration(
                    declaration.getSpec(), counted + awaited, declaration.getUnwantedWorkers());
        }
        Set<InstanceID> unwanted = new HashSet<>(declaration.getUnwantedWorkers());
        int leaving = 0;
        for (ResourceID id : ids) {
            InstanceID instance = instanceOf.apply(id).orElse(null);
            if (instance != null && unwanted.add(instance)) {
                leaving++;
            }
        }
        int needed = Math.max(0, counted - leaving);
        return new ResourceDeclaration(declaration.getSpec(), needed, unwanted);
    }
}
