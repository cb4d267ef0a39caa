/** A model of the catalogue. */
interface Offer {
  id: string;
  title: string;
}

/** Offers the models of the catalogue for a field that also takes the path of a model file. */
export function offerModels(listId: string, models: readonly Offer[]): void {
  const options = models.map(({ id, title }) =>
    Object.assign(document.createElement('option'), { value: id, label: title }),
  );
  document.getElementById(listId)?.replaceChildren(...options);
}
