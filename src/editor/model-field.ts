/** A model of the catalogue; `here` is false while its file is not on the machine of Node-RED. */
interface Offer {
  id: string;
  title: string;
  here?: boolean;
}

/**
 * Offers the models of the catalogue for a field that also takes the path of a model file.
 * @param absent What stands at one that is not here yet.
 */
export function offerModels(listId: string, models: readonly Offer[], absent = ''): void {
  const options = models.map(({ id, title, here }) =>
    Object.assign(document.createElement('option'), {
      value: id,
      label: here === false ? `${title} (${absent})` : title,
    }),
  );
  document.getElementById(listId)?.replaceChildren(...options);
}

/** Marks those that are not on the machine of Node-RED, which alone knows. */
export function markAbsentModels(listId: string, type: string, absent: string): void {
  const known = document.getElementById(listId);
  $.getJSON(`echosight/${type}/models`).then(
    (models) => {
      if (known?.isConnected === true) offerModels(listId, models as Offer[], absent);
    },
    () => undefined,
  );
}
